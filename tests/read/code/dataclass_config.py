import argparse
from dataclasses import dataclass
import keras
from keras import layers
@dataclass
class Config:
    width: int = 32
    depth: int = 3
    classes: int = 10
    image: tuple = (32, 32, 3)
def build(cfg: Config) -> keras.Model:
    inputs = keras.Input(cfg.image, name="image")
    x = inputs
    for i in range(cfg.depth):
        x = layers.Conv2D(cfg.width * 2 ** i, 3, padding="same", name=f"conv_{i}")(x)
        x = layers.BatchNormalization(name=f"bn_{i}")(x)
        x = layers.Activation("relu", name=f"relu_{i}")(x)
        if i < cfg.depth - 1:
            x = layers.MaxPooling2D(name=f"pool_{i}")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(cfg.classes, "softmax", name="out")(x), name="net")
def main():
    p = argparse.ArgumentParser()
    p.add_argument("--depth", type=int, default=4)
    p.add_argument("--lr", type=float, default=1e-3)
    args = p.parse_args()
    cfg = Config(depth=args.depth)
    model = build(cfg)
    model.compile(keras.optimizers.Adam(args.lr), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.summary()
if __name__ == "__main__":
    main()
