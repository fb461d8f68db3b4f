"""The dense and the convolutional net, and Adam, of tf.Variable and tf.nn alone."""

import tensorflow as tf


def variable(*shape):
    return tf.Variable(tf.random.normal(shape, stddev=0.1))


class Adam:
    def __init__(self, variables):
        self.count = tf.Variable(0.0)
        self.means = [tf.Variable(tf.zeros_like(weights)) for weights in variables]
        self.squares = [tf.Variable(tf.zeros_like(weights)) for weights in variables]

    def apply_gradients(self, pairs):
        count = self.count.assign_add(1.0)
        rate = 1e-3 * tf.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        for (gradient, weights), mean, square in zip(pairs, self.means, self.squares, strict=True):
            mean.assign_add(0.1 * (gradient - mean))
            square.assign_add(0.001 * (gradient * gradient - square))
            weights.assign_sub(rate * mean / (tf.sqrt(square) + 1e-7))


class Dense(tf.Module):
    def __init__(self):
        super().__init__()
        self.kernels = [variable(128, 256), variable(256, 256), variable(256, 10)]
        self.biases = [variable(256), variable(256), variable(10)]

    def __call__(self, x, training=False):
        for kernel, bias in zip(self.kernels[:2], self.biases[:2], strict=True):
            x = tf.nn.relu(x @ kernel + bias)
        return x @ self.kernels[2] + self.biases[2]


class Convolutional(tf.Module):
    def __init__(self):
        super().__init__()
        self.kernels = [variable(3, 3, 3, 16), variable(3, 3, 16, 32)]
        self.scales, self.shifts = [variable(16), variable(32)], [variable(16), variable(32)]
        self.means = [tf.Variable(tf.zeros(n), trainable=False) for n in (16, 32)]
        self.variances = [tf.Variable(tf.ones(n), trainable=False) for n in (16, 32)]
        self.kernel, self.bias = variable(32, 10), variable(10)

    def __call__(self, x, training=False):
        blocks = zip(self.kernels, self.scales, self.shifts, self.means, self.variances, strict=True)
        for kernel, scale, shift, running_mean, running_variance in blocks:
            x = tf.nn.conv2d(x, kernel, 1, "SAME")
            mean, variance = tf.nn.moments(x, (0, 1, 2))
            running_mean.assign_add(0.1 * (mean - running_mean))
            running_variance.assign_add(0.1 * (variance - running_variance))
            x = tf.nn.relu(tf.nn.batch_normalization(x, mean, variance, shift, scale, 1e-3))
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        return tf.reduce_mean(x, (1, 2)) @ self.kernel + self.bias


MODELS = {"mlp": Dense, "cnn": Convolutional}
