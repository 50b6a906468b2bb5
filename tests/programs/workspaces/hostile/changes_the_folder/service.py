import os

from app import application

os.chdir('/')
