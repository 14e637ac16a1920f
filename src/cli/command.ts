import type { Command } from 'commander';
import type { Context } from './context.ts';

/** Declares one command on the program; `done` takes its exit code. */
export type CommandDeclaration = (program: Command, context: Context, signal: AbortSignal, done: (exitCode: number) => void) => void;
