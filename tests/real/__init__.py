"""Parts that no one here wrote: real kernels, Spark, and other packages' import hooks."""
