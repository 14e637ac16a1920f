import type { Command } from 'commander';
import type { Context } from '../machine/context.ts';

/** Declares one command on the program; `done` receives its exit code. A command without lists takes `Surroundings` only and starts at once. */
export type CommandDeclaration<Needs = Context> = (program: Command, context: Needs, signal: AbortSignal, done: (exitCode: number) => void) => void;
