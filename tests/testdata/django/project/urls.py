"""simplejwt's views, Django's admin, and one protected page."""
from django.contrib import admin
from django.urls import path
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework_simplejwt import views


@api_view()
@permission_classes([IsAuthenticated])
def whoami(request):
    return Response({'username': request.user.get_username()})


urlpatterns = [
    path('admin/', admin.site.urls),
    path('whoami/', whoami),
    path('token/', views.token_obtain_pair),
    path('token/refresh/', views.token_refresh),
    path('token/verify/', views.token_verify),
    path('token/blacklist/', views.token_blacklist),
]
