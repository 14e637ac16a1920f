/** How long a test waits for what it looks at, ms: for what never comes alone. A machine with a load of 30 takes fifteen times as long as an idle one. */
export const patience = 600_000;
