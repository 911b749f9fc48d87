"""The endpoints that bench/compare asks, at Watchword's paths."""
from django.contrib.auth import authenticate, login
from django.contrib.auth.models import User
from django.urls import path
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.decorators import api_view, authentication_classes
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework_simplejwt import views


class UserDetails(ModelSerializer):
    class Meta:
        model = User
        fields = ['pk', 'username', 'email', 'first_name', 'last_name']
        read_only_fields = ['email']


class UserView(RetrieveUpdateAPIView):
    serializer_class = UserDetails
    permission_classes = [IsAuthenticated]

    def get_object(self):
        return self.request.user


@api_view(['POST'])
@authentication_classes([])
def session_login(request):
    user = authenticate(request, **request.data)
    if user is None:
        raise AuthenticationFailed()
    login(request, user)
    return Response({})


urlpatterns = [
    path('healthz', api_view()(lambda request: Response({}))),
    path('api/token/', views.token_obtain_pair),
    path('api/token/refresh/', views.token_refresh),
    path('api/token/verify/', views.token_verify),
    path('auth/login/', obtain_auth_token),
    path('dj-rest-auth/login/', session_login),
    path('dj-rest-auth/user/', UserView.as_view()),
]
