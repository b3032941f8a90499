"""What a training may tell its course besides: `train.log`."""

LOGS = {
    # Keras writes its files with TensorFlow, whatever the backend is.
    "tensorboard": ("tensorboard", "tensorflow"),
    "mlflow": ("mlflow",),
}
"""The packages that each needs beside Keras."""
TENSORBOARD, MLFLOW = LOGS
