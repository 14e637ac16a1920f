/** Time limit of a wait in a test, in ms: only reached if the event never comes. A machine with a load of 30 takes fifteen times as long as an idle one. */
export const patience = 600_000;
