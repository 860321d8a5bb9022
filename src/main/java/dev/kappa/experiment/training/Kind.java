package dev.kappa.experiment.training;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which sparsity a dictionary is trained for. */
public enum Kind {
    /** ReLU features and a penalty on Σ f‖d‖ (Bricken et al. 2023). */
    @JsonProperty("standard")
    STANDARD,
    /** The k largest features of each row (Gao et al. 2024). */
    @JsonProperty("topk")
    TOPK,
    /** The k · rows largest features of a batch (Bussmann et al. 2024); a threshold afterwards. */
    @JsonProperty("batchtopk")
    BATCHTOPK,
    /** A learned threshold for each feature and a penalty on their number (Rajamanoharan et al. 2024). */
    @JsonProperty("jumprelu")
    JUMPRELU
}
