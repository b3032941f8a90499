from keras.models import Sequential
from keras.layers import Dense, Dropout, BatchNormalization
# 층의 구성을 사전으로 적는다
spec = {'h1': (64, 0.5), 'h2': (32, 0.25), 'h3': (16, None)}
model = Sequential()
for i, (name, (units, rate)) in enumerate(spec.items()):
    args = dict(units=units, activation='relu', name=name)
    if i == 0:
        args.update(input_dim=len(spec) * 10)
    model.add(Dense(**args))
    if rate:
        model.add(Dropout(rate))
model.add(BatchNormalization())
model.add(Dense(max(1, len([k for k in spec if k.startswith('h')]) - 2), activation='sigmoid'))
model.compile('rmsprop', 'binary_crossentropy')
