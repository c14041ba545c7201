"""PyTorch on the CPU as a training rival; `train_driver.py` has the protocol.

Threads: torch.set_num_threads. The optimiser's kernels are fused, which is its fastest setting. "way" in the request
chooses between eager and compiled; a machine without a compiler answers {"unable": reason} to the latter.
"""

import torch
import torch.nn.functional as F
from train_driver import NAMES, serve


class Torch:
    def load(self, problem):
        torch.set_num_threads(problem.threads)
        self.problem = problem
        self.x = torch.from_numpy(problem.x)
        self.s = torch.from_numpy(problem.s)
        compiled = problem.way == "compiled"
        self.loss = torch.compile(loss, dynamic=False) if compiled else loss
        try:
            self.reset()
            self.step(0)
        except Exception as error:
            if not compiled:
                raise
            return {"unable": f"{type(error).__name__}"}
        return {"setting": f"{problem.way}, fused SGD"}

    def reset(self):
        self.weights = [torch.tensor(self.problem.weights[name], requires_grad=True) for name in NAMES]
        rate, momentum = self.problem.learning_rate, self.problem.momentum
        self.optimizer = torch.optim.SGD(self.weights, lr=rate, momentum=momentum, fused=True)

    def step(self, i):
        at = i % self.problem.batches
        self.optimizer.zero_grad(set_to_none=True)
        value = self.loss(*self.weights, self.x[at], self.s[at])
        value.backward()
        self.optimizer.step()
        return value.item()

    def parameters(self):
        return [weight.detach().numpy() for weight in self.weights]

    def gemm(self, size):
        a, b, out = torch.rand(size, size), torch.rand(size, size), torch.empty(size, size)
        return lambda _: torch.mm(a, b, out=out)


def loss(w1, b1, w2, b2, x, s):
    h = torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1)), w2)
    theta = 0.5 * (h @ h.T)
    return (F.softplus(theta) - s * theta).mean()


serve(Torch(), torch.__version__)
