from service1 import application
