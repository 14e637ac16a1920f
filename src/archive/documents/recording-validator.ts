import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { recordingSchema } from './recording-schema.ts';

/** Where a document does not fit, and why. */
export type SchemaProblem = ErrorObject;

/** The first problem only: a hostile document of 64 MB could have millions of them. */
export const validatorOptions = { allErrors: false, strict: true } satisfies Options;

let compiled: ValidateFunction | null = null;

/**
 * The validator of `recording.json`. Compiling takes 0.2 CPU-seconds, in each thread: the build puts the compiled code in the place of this file
 * (rolldown.config.ts).
 */
export function recordingValidator(): ValidateFunction {
  compiled ??= new Ajv2020(validatorOptions).compile(recordingSchema);
  return compiled;
}
