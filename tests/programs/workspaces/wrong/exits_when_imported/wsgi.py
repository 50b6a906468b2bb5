import sys

from app import application

sys.exit(0)
