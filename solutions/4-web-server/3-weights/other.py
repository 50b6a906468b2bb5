from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path


def index(request):
    return HttpResponse("Hello, world!")


settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="lab")
urlpatterns = [path("", index), path("index", index)]
application = get_wsgi_application()
