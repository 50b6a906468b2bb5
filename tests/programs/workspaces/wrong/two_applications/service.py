from flask import Flask

one = Flask('one')
two = Flask('two')
