/** Options that say which images a network is run with, and how. */

import { pathOption, whole } from "./options.ts";

const group = "Images:";

export const imageOptions = {
  images: {
    group,
    ...pathOption,
    describe: "test images: CIFAR-10 binary, IDX or NPY, also gzipped, or a folder of class folders",
  },
  labels: { group, ...pathOption, describe: "labels (IDX or NPY), when they do not lie beside the images" },
  "calibration-images": {
    group,
    ...pathOption,
    alias: "calibration",
    describe: "training images for adabs, retune and affine, disjoint from the test images",
  },
  compensation: {
    type: "string",
    default: "none,gdc",
    describe:
      "any of none, gdc, per-column, adabs, retune, affine, and combinations such as per-column+adabs",
  },
  augment: { group, type: "string", describe: "what training did to its images: crop4, flip" },
  normalise: {
    group,
    type: "string",
    default: "auto",
    describe: "auto, imagenet, none, or MEAN,…/STD,… of bytes scaled to 0..1",
  },
  limit: { group, ...whole("limit", 1, 10_000_000), describe: "use only the first so many test images" },
  batch: { group, ...whole("batch", 1, 100_000), default: 200, describe: "images of one forward pass" },
  threads: { group, ...whole("threads", 1, 1024), describe: "processor cores; all when not given" },
} as const;
