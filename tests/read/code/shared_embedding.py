from keras.layers import Input, Embedding, Flatten, Dot, Add, Dense, Dropout, Concatenate, Reshape
from keras.models import Model
from keras.regularizers import l2
# 추천 시스템: 사용자와 영화의 임베딩
n_users, n_movies, k = 611, 9725, 20
user, movie = Input(shape=(1,), name='user'), Input(shape=(1,), name='movie')
P_embedding = Embedding(n_users, k, embeddings_regularizer=l2())(user)
Q_embedding = Embedding(n_movies, k, embeddings_regularizer=l2())(movie)
user_bias = Embedding(n_users, 1)(user)
item_bias = Embedding(n_movies, 1)(movie)
R = Dot(axes=2)([P_embedding, Q_embedding])
R = Add()([R, user_bias, item_bias])
R = Flatten()(R)
model = Model(inputs=[user, movie], outputs=R)
model.compile(loss='mse', optimizer='adam')
