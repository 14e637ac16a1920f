import { compileGlob } from '../base/glob.ts';

/**
 * A user's declaration of the codec of media whose path matches, for files whose header states no codec or a wrong one. Plain data, because it is
 * part of a plan.
 */
export interface Declaration {
  /** Pattern for `compileGlob`. */
  readonly glob: string;
  /** Id of a codec. */
  readonly codec: string;
  /** Title of the codec, for people. */
  readonly codecName: string;
  readonly sampleRateHz: number;
  readonly channels: number;
}

const tests = new WeakMap<Declaration, (path: string) => boolean>();

/** Returns the first declaration that matches the path, or null. */
export function declarationOf(path: string, declarations: readonly Declaration[] | undefined): Declaration | null {
  for (const declaration of declarations ?? []) {
    const test = tests.get(declaration) ?? compileGlob(declaration.glob);
    tests.set(declaration, test);
    if (test(path)) return declaration;
  }
  return null;
}
