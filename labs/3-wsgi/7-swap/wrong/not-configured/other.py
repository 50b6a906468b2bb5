from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path


def index(request):
    return HttpResponse("Hello, world!")


urlpatterns = [path("", index), path("index", index)]
application = get_wsgi_application()
