from django.contrib.auth.hashers import Argon2PasswordHasher


class WatchwordArgon2(Argon2PasswordHasher):
    """argon2id with Watchword's parameters, so that neither side hashes more, nor hashes anew."""
    time_cost = 2
    memory_cost = 19456
    parallelism = 1

    def must_update(self, encoded):
        return False
