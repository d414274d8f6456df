import { keepPromises } from "./promises.ts";

keepPromises("even");
