import type { Command } from 'commander';
import type { Context } from '../machine/context.ts';

/** Declares one command on the program; `done` takes its exit code. One that needs no lists asks for `Surroundings` alone and starts at once. */
export type CommandDeclaration<Needs = Context> = (program: Command, context: Needs, signal: AbortSignal, done: (exitCode: number) => void) => void;
