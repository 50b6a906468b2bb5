"""`lab --demo`: a lab that plays itself, in a throw-away workspace."""

from stackwalk.session.demo.play import play

__all__ = ["play"]
