"""How Django forms are drawn: `{{ form }}` and `{{ form.name.as_field_group }}` come out right everywhere."""

from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """Our own layout of forms, fields and errors; widgets are Django's. Named by the setting FORM_RENDERER."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
