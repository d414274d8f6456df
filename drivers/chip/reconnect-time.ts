/** How long a lost board is waited for when the user says nothing (s). */
export const defaultReconnectSeconds = 60;
