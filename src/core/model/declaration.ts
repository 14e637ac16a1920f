import { compileGlob } from '../base/glob.ts';

/** What a user says of media whose path matches: the coding that no header states, or that a header states wrongly. Part of a plan, so plain data. */
export interface Declaration {
  /** As `compileGlob` takes it. */
  readonly glob: string;
  /** Id of a codec. */
  readonly codec: string;
  /** The codec's title, for people. */
  readonly codecName: string;
  readonly sampleRateHz: number;
  readonly channels: number;
}

const tests = new WeakMap<Declaration, (path: string) => boolean>();

/** The first declaration that speaks of this path, or null. */
export function declarationOf(path: string, declarations: readonly Declaration[] | undefined): Declaration | null {
  for (const declaration of declarations ?? []) {
    const test = tests.get(declaration) ?? compileGlob(declaration.glob);
    tests.set(declaration, test);
    if (test(path)) return declaration;
  }
  return null;
}
