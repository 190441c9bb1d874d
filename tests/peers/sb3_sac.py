"""What a user would pick instead: Stable-Baselines3 SAC with the sizes of its paper on Gymnasium's Reacher-v5, timed end to end.

Set-up, once, in an environment outside the project: pip install stable-baselines3 'gymnasium[mujoco]' imageio
Run:           python sb3_sac.py [Reacher-v5|Walker2d-v5] [steps]
Prints one JSON line: {"env": ..., "steps_per_s": ...}. Run it beside sinew on an idle machine, one after the other, several times each.
"""
import json
import sys
import time

import gymnasium
from stable_baselines3 import SAC

env = sys.argv[1] if len(sys.argv) > 1 else "Reacher-v5"
steps = int(sys.argv[2]) if len(sys.argv) > 2 else 3_000
# Its defaults: 256x256, batches of 256, an update for every step; here from the 500th on.
model = SAC("MlpPolicy", gymnasium.make(env), learning_starts=500, seed=0, device="cpu")
model.learn(600)
before, start = model.num_timesteps, time.perf_counter()
model.learn(steps, reset_num_timesteps=False)
seconds = time.perf_counter() - start
print(json.dumps({"env": env, "steps_per_s": round((model.num_timesteps - before) / seconds)}))
