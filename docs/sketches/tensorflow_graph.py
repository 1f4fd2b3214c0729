"""A sketch: what ``evaluate`` asks of a linear model, as TensorFlow's graph."""

import tensorflow as tf


@tf.function
def predict(rows, weights, bias):
    return tf.argmax(tf.matmul(rows, weights) + bias, axis=1)


shapes = (tf.TensorSpec((None, 64)), tf.TensorSpec((64, 10)), tf.TensorSpec((10,)))
graph = predict.get_concrete_function(*shapes).graph
for node in graph.get_operations():
    print(node.type, "<-", [tensor.op.type for tensor in node.inputs])
