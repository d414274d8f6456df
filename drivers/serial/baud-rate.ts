/** The largest rate that all common USB bridges have; boards with native USB ignore it. */
export const defaultBaudRate = 921_600;
