from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
from tensorflow.keras.utils import to_categorical
iris = load_iris()
X, Y = iris.data, to_categorical(iris.target)
x_train, x_test, y_train, y_test = train_test_split(X, Y, test_size=0.2, random_state=1)
model = Sequential()
model.add(Dense(16, activation='relu', input_dim=x_train.shape[1]))
model.add(Dense(y_train.shape[1], activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['acc'])
model.fit(x_train, y_train, epochs=50, batch_size=1)
