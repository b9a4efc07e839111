"""Example shops: invented, and written in the shapes of TikTok's own exports."""
