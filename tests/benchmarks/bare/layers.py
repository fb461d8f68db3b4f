"""The four models in Keras layers, for the bare scripts of TensorFlow and of Keras."""

import keras
from keras import layers


def mlp():
    dense = layers.Dense
    return keras.Sequential(
        [keras.Input((128,)), dense(256, activation="relu"), dense(256, activation="relu"), dense(10)]
    )


def cnn():
    x = image = keras.Input((32, 32, 3))
    for channels in (16, 32):
        x = layers.Conv2D(channels, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(2)(layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x)))
    return keras.Model(image, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


def recurrent():
    return keras.Sequential(
        [keras.Input((24,), dtype="int64"), layers.Embedding(1000, 32), layers.GRU(64), layers.Dense(4)]
    )


class Positions(layers.Layer):
    def build(self, shape):
        self.table = self.add_weight(shape=(32, 64))

    def call(self, x):
        return x + self.table


def transformer():
    text = keras.Input((32,), dtype="int64")
    x = Positions()(layers.Embedding(512, 64)(text))
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(4, 16)(y, y, use_causal_mask=True)
        y = layers.Dense(256, activation="relu")(layers.LayerNormalization()(x))
        x = x + layers.Dense(64)(y)
    return keras.Model(text, layers.Dense(512)(layers.LayerNormalization()(x)))


MODELS = {"mlp": mlp, "cnn": cnn, "recurrent": recurrent, "transformer": transformer}
