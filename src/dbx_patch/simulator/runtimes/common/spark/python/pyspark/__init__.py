"""The executor's side of PySpark, as far as imports go; it lies in ``spark/python``, not in site-packages."""
