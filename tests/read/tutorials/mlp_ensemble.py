# MNIST 다층 퍼셉트론 다섯 개의 앙상블
from keras.datasets import mnist
from keras.layers import Activation, BatchNormalization, Dense, Dropout
from keras.models import Sequential
from keras.optimizers import Adam
from keras.utils.np_utils import to_categorical
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.ensemble import VotingClassifier
from sklearn.metrics import accuracy_score

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape((X_train.shape[0], X_train.shape[1] * X_train.shape[2]))
X_test = X_test.reshape((X_test.shape[0], X_test.shape[1] * X_test.shape[2]))
X_train = X_train.astype("float32") / 255
X_test = X_test.astype("float32") / 255
y_train = to_categorical(y_train)
y_test = to_categorical(y_test)


def mlp_model():
    model = Sequential()
    model.add(Dense(50, input_shape=(784,), kernel_initializer="he_normal"))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dropout(0.2))
    model.add(Dense(50, kernel_initializer="he_normal"))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dropout(0.2))
    model.add(Dense(50, kernel_initializer="he_normal"))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dropout(0.2))
    model.add(Dense(50, kernel_initializer="he_normal"))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dropout(0.2))
    model.add(Dense(10, kernel_initializer="he_normal"))
    model.add(Activation("softmax"))

    adam = Adam(lr=0.001)
    model.compile(optimizer=adam, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


model1 = KerasClassifier(build_fn=mlp_model, epochs=100, verbose=0)
model1._estimator_type = "classifier"
model2 = KerasClassifier(build_fn=mlp_model, epochs=100, verbose=0)
model2._estimator_type = "classifier"
model3 = KerasClassifier(build_fn=mlp_model, epochs=100, verbose=0)
model3._estimator_type = "classifier"
model4 = KerasClassifier(build_fn=mlp_model, epochs=100, verbose=0)
model4._estimator_type = "classifier"
model5 = KerasClassifier(build_fn=mlp_model, epochs=100, verbose=0)
model5._estimator_type = "classifier"

ensemble_clf = VotingClassifier(
    estimators=[
        ("model1", model1),
        ("model2", model2),
        ("model3", model3),
        ("model4", model4),
        ("model5", model5),
    ],
    voting="soft",
)
ensemble_clf.fit(X_train, y_train)
y_pred = ensemble_clf.predict(X_test)
print("Test accuracy: ", accuracy_score(y_pred, y_test))
