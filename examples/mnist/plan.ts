/** How the committed network was trained; as that of the digits, but narrower, since the images have three times as many pixels. */

import { plan as digits } from "../digits/training/plan.ts";
import type { TrainingPlan } from "../digits/training/train-network.ts";

export const plan: TrainingPlan = { ...digits, widths: [4, 8, 16] };
