import argparse
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument('--units', type=int, default=96)
parser.add_argument('--lr', type=float, default=1e-3)
parser.add_argument('--use-bn', action='store_true')

def main(args):
    strategy = tf.distribute.MirroredStrategy()
    with strategy.scope():
        model = tf.keras.models.Sequential()
        model.add(tf.keras.layers.InputLayer(input_shape=(20,)))
        model.add(tf.keras.layers.Dense(args.units, activation=tf.nn.relu))
        if args.use_bn:
            model.add(tf.keras.layers.BatchNormalization())
        model.add(tf.keras.layers.Dense(1))
        model.compile(optimizer=tf.keras.optimizers.Adam(args.lr), loss='mse')
    return model

if __name__ == '__main__':
    args = parser.parse_args()
    main(args)
