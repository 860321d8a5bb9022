package dev.kappa.page;

import dev.kappa.access.Keys;
import dev.kappa.access.SignIns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Takes a key once, so that the browser can hold a cookie instead of it. */
@Controller
class SignInPage {
    private final SignIns signIns;
    private final Keys keys;

    SignInPage(SignIns signIns, Keys keys) {
        this.signIns = signIns;
        this.keys = keys;
    }

    /**
     * @param to where to go on
     * @param missing the scope that the key lacked with which the browser is signed in
     */
    @GetMapping("/sign-in")
    String form(@RequestParam(defaultValue = "/") String to, @RequestParam Optional<String> missing, Model model) {
        if (!keys.inForce()) {
            return "redirect:/";
        }
        missing.ifPresent(scope -> model.addAttribute(
                "problem", "The key you signed in with has not the scope " + scope + ". Sign in with one that has it."));
        model.addAttribute("to", ours(to));
        return "sign-in";
    }

    @PostMapping("/sign-in")
    String signIn(
            @RequestParam(defaultValue = "") String key,
            @RequestParam(defaultValue = "/") String to,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<String> token = signIns.open(key.strip());
        if (token.isEmpty()) {
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            model.addAttribute("problem", "This key is not known, or was revoked, or has expired.");
            model.addAttribute("to", ours(to));
            return "sign-in";
        }
        setCookie(token.get(), SignIns.LONGEST, request, response);
        return "redirect:" + ours(to);
    }

    @PostMapping("/sign-out")
    String signOut(
            @CookieValue(name = SignIns.COOKIE, defaultValue = "") String token,
            HttpServletRequest request,
            HttpServletResponse response) {
        signIns.close(token);
        setCookie("", Duration.ZERO, request, response);
        return "redirect:/sign-in";
    }

    /** An address of this server and no other. */
    private static String ours(String to) {
        return to.matches("/[A-Za-z0-9._~-][!-\\[\\]-z~]*") ? to : "/";
    }

    private static void setCookie(
            String value, Duration age, HttpServletRequest request, HttpServletResponse response) {
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(SignIns.COOKIE, value)
                        .httpOnly(true)
                        .sameSite("Strict")
                        .secure(request.isSecure())
                        .path("/")
                        .maxAge(age)
                        .build()
                        .toString());
    }
}
