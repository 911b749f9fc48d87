from django.conf import settings
from django.db import migrations, models


def fields():
    return [('hashed_token', models.BinaryField(primary_key=True, serialize=False)),
            ('created', models.DateTimeField(auto_now_add=True)),
            ('user', models.ForeignKey(on_delete=models.deletion.CASCADE, to=settings.AUTH_USER_MODEL))]


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [migrations.CreateModel('AuthToken', fields()),
                  migrations.CreateModel('EmailConfirmationToken', fields() + [('email', models.EmailField(max_length=254))])]
