from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "niangjia.foundation.files"
    label = "files"
