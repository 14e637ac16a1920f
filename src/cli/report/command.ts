import type { Command } from 'commander';
import type { Context } from '../machine/context.ts';

/**
 * Declares one command on the program. The command passes its exit code to `done`. A command without lists takes only `Surroundings` and starts at
 * once.
 */
export type CommandDeclaration<Needs = Context> = (program: Command, context: Needs, signal: AbortSignal, done: (exitCode: number) => void) => void;
