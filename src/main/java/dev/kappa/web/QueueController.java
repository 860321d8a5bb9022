package dev.kappa.web;

import dev.kappa.run.Queue;
import dev.kappa.run.QueueReader;
import io.swagger.v3.oas.annotations.Operation;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Who waits, and for how long. */
@RestController
@RequestMapping("/v1/queue")
class QueueController {
    private final QueueReader queue;

    QueueController(QueueReader queue) {
        this.queue = queue;
    }

    @Operation(summary = "Who waits, and for how long")
    @GetMapping
    Queue get() {
        return queue.read();
    }
}
