/**
 * Harmonic mean of the scores of seen and unseen classes: the one number of generalised zero-shot learning
 * (Xian, Lampert, Schiele, Akata: Zero-Shot Learning – A Comprehensive Evaluation, TPAMI 2019, equation 6).
 * 0 when either is 0.
 */
export const harmonicMean = (seen: number, unseen: number): number =>
  seen + unseen === 0 ? 0 : (2 * seen * unseen) / (seen + unseen);
