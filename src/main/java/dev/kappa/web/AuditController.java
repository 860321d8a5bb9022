package dev.kappa.web;

import dev.kappa.access.Audit;
import dev.kappa.fault.Refuses;
import dev.kappa.limits.Limits;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Who has administered what. */
@RestController
class AuditController {
    private final Audit audit;
    private final Limits limits;

    AuditController(Audit audit, Limits limits) {
        this.audit = audit;
        this.limits = limits;
    }

    record Acts(List<Audit.Act> acts, Optional<String> nextPageToken) {}

    @Operation(summary = "List administrative acts, newest first")
    @Refuses(status = 400, codes = "invalid_query")
    @GetMapping("/v1/audit")
    Acts list(
            @RequestParam(name = "page_size", defaultValue = "50") int pageSize,
            @RequestParam(name = "page_token") Optional<String> pageToken) {
        Paging paging = Paging.of(pageSize, pageToken, limits.pageSize());
        List<Audit.Act> found = audit.list(paging.size() + 1, paging.after().map(AuditController::number));
        List<Audit.Act> page = found.subList(0, Math.min(paging.size(), found.size()));
        boolean more = found.size() > page.size();
        return new Acts(page, more ? Optional.of(Paging.token(page.get(page.size() - 1).id())) : Optional.empty());
    }

    private static long number(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw QueryValues.invalid("page_token", id, "the next_page_token of this list");
        }
    }
}
