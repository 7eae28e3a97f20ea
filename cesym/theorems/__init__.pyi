"""Names that are imported when first used; written by `python -m tests.stubs`."""

from collections.abc import Callable

from cesym.derivation import Derivation
from cesym.theorems.likelihood.bernoulli import bce_from_bernoulli as bce_from_bernoulli
from cesym.theorems.likelihood.bernoulli import bce_from_binomial as bce_from_binomial
from cesym.theorems.likelihood.bernoulli import bernoulli_estimate as bernoulli_estimate
from cesym.theorems.likelihood.bernoulli import likelihood_max_is_nll_min as likelihood_max_is_nll_min
from cesym.theorems.likelihood.categorical import bce_from_two_class_cross_entropy as bce_from_two_class_cross_entropy
from cesym.theorems.likelihood.categorical import cross_entropy_from_categorical as cross_entropy_from_categorical
from cesym.theorems.likelihood.categorical import cross_entropy_one_hot as cross_entropy_one_hot
from cesym.theorems.likelihood.categorical import nll_is_cross_entropy as nll_is_cross_entropy
from cesym.theorems.likelihood.categorical import nll_is_cross_entropy_one_hot as nll_is_cross_entropy_one_hot
from cesym.theorems.likelihood.gaussian import gaussian_estimates as gaussian_estimates
from cesym.theorems.likelihood.gaussian import mse_from_gaussian as mse_from_gaussian
from cesym.theorems.logits import bce_with_logits_from_bernoulli as bce_with_logits_from_bernoulli
from cesym.theorems.logits import bce_with_logits_gradient as bce_with_logits_gradient
from cesym.theorems.logits import bce_with_logits_hessian as bce_with_logits_hessian
from cesym.theorems.logits import cross_entropy_with_logits_from_categorical as cross_entropy_with_logits_from_categorical
from cesym.theorems.logits import cross_entropy_with_logits_gradient as cross_entropy_with_logits_gradient
from cesym.theorems.logits import cross_entropy_with_logits_hessian as cross_entropy_with_logits_hessian
from cesym.theorems.logits import sigmoid_is_two_way_softmax as sigmoid_is_two_way_softmax
from cesym.theorems.stable import bce_gradient_stable as bce_gradient_stable
from cesym.theorems.stable import bce_with_logits_gradient_stable as bce_with_logits_gradient_stable
from cesym.theorems.stable import bce_with_logits_hessian_stable as bce_with_logits_hessian_stable
from cesym.theorems.stable import bce_with_logits_stable as bce_with_logits_stable
from cesym.theorems.stable import cross_entropy_with_logits_gradient_stable as cross_entropy_with_logits_gradient_stable
from cesym.theorems.stable import cross_entropy_with_logits_stable as cross_entropy_with_logits_stable
from cesym.theorems.stable import log_of_difference_of_sigmoids as log_of_difference_of_sigmoids
from cesym.theorems.stable import logsumexp_largest_left_out as logsumexp_largest_left_out
from cesym.theorems.stable import logsumexp_shifted as logsumexp_shifted

class Catalogue(dict[str, Callable[[], Derivation]]): ...

FAMILIES: dict[str, tuple[str, ...]]

def catalogue() -> Catalogue: ...
