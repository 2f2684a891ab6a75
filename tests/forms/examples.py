"""Cells as people write them: expressions, comments, options on several lines."""

HAND_WRITTEN = """\
%%tune churn  --maximize accuracy   --max-jobs=50
# tune: --max-parallel-jobs 4 --target "0.95"
# the rate, as in the paper
# tune: --metric-definition accuracy 'acc = (\\S+)'
learning_rate: Continuous(1e-4, 10 ** -1, "Logarithmic")  # wide
hidden: Integer(16, n_features * 2)
momentum: amt.ContinuousParameter(min_value=0.5, max_value=.99); depth: prepared
activation: Categorical(["relu", 'tanh'])  # two

# train
model = train(learning_rate, hidden)  # ünïcode
print(f"acc = {model}")
"""
ONE_LINE = "%%tune --minimize loss\na: Integer(1, 2); print(a)"
MULTI_LINE = """\

%%tune --minimize loss --strategy Random --seed 7 --no-wait
a: Continuous(
    -1,  # low
    1,
)
é: Integer(low, 9)
b: Categorical(*kinds)
print("loss=1")
"""
COMMENTED = """\
%%tune
# tune: --minimize "the loss"
#tune:--max-jobs
# tune: 9 --base-estimator
# tune: RF

# tune: --classic
x: (Integer((1), (9)))
'''
 # tune: --seed 1
'''
print(x)
"""
CELLS = (HAND_WRITTEN, ONE_LINE, MULTI_LINE, COMMENTED)
