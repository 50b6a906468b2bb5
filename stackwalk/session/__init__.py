"""The open lab: what happens while a learner types, as a pure state and the loop around it."""
