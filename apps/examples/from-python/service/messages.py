"""What the services say to each other."""

from pydantic import BaseModel, Field


class Words(BaseModel):
    text: str = Field(min_length=1)


class Token(BaseModel):
    index: int = Field(ge=0)
    text: str
