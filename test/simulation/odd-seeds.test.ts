import { keepPromises } from "./promises.ts";

keepPromises("odd");
