import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { recordingSchema } from './recording-schema.ts';

/** Where a document violates the schema, and how. */
export type SchemaProblem = ErrorObject;

/** Options of the validator, which stops at the first problem: a hostile document of 64 MB could have millions. */
export const validatorOptions = { allErrors: false, strict: true } satisfies Options;

let compiled: ValidateFunction | null = null;

/**
 * Returns the validator of `recording.json`. Compiling it takes 0.2 CPU-seconds per thread, so the build replaces this file with the compiled code
 * (rolldown.config.ts).
 */
export function recordingValidator(): ValidateFunction {
  compiled ??= new Ajv2020(validatorOptions).compile(recordingSchema);
  return compiled;
}
